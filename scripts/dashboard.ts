// Writes config/grafana/streamhost.json; with --check says whether it is current.

import { buildDashboard } from './dashboard/grafana.ts';
import { type Generated, writeOrCheck } from './generated.ts';

export function dashboardFiles(): Generated {
  return { 'config/grafana/streamhost.json': `${JSON.stringify(buildDashboard(), null, 2)}\n` };
}

if (import.meta.filename === process.argv[1]) {
  process.exitCode = writeOrCheck(dashboardFiles(), process.argv[2]);
}
