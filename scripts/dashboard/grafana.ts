// The panels as a Grafana dashboard, by the builders of Grafana's own library.

import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  BigValueColorMode,
  LegendDisplayMode,
  LegendPlacement,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { Panel, Query } from './panel.ts';
import { rows } from './panels.ts';

/** Grafana's grid is 24 wide. */
const STAT = { width: 4, height: 4 };
const PLOT = { width: 8, height: 8 };

const prometheus = { type: 'prometheus', uid: '$datasource' };

export function buildDashboard(): Dashboard {
  const dashboard = new DashboardBuilder('streamhost')
    .uid('streamhost')
    .description('A SOCKS5 Bytestreams proxy. Written by scripts/dashboard.ts; do not edit.')
    .tags(['xmpp', 'streamhost'])
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(choose('job', 'label_values(streamhost_build_info, job)'))
    .withVariable(choose('instance', 'label_values(streamhost_build_info{job=~"$job"}, instance)'));
  let id = 0;
  for (const row of rows) {
    dashboard.withRow(new RowBuilder(row.title).id(++id));
    for (const panel of row.panels)
      dashboard.withPanel((panel.now ? showNumber(panel) : plot(panel)).id(++id));
  }
  return dashboard.build();
}

/** Some or all values of a label. */
function choose(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(name)
    .datasource(prometheus)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

function showNumber(panel: Panel): stat.PanelBuilder {
  const shown = new stat.PanelBuilder()
    .title(panel.title)
    .description(panel.about)
    .datasource(prometheus)
    .unit(panel.unit)
    .colorMode(BigValueColorMode.None)
    .span(STAT.width)
    .height(STAT.height);
  for (const query of panel.queries) shown.withTarget(target(query).instant());
  return shown;
}

function plot(panel: Panel): timeseries.PanelBuilder {
  const plotted = new timeseries.PanelBuilder()
    .title(panel.title)
    .description(panel.about)
    .datasource(prometheus)
    .unit(panel.unit)
    .min(0)
    .span(PLOT.width)
    .height(PLOT.height)
    .lineWidth(1)
    .fillOpacity(panel.stacked ? 40 : 10)
    .showPoints(VisibilityMode.Never)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    );
  if (panel.stacked)
    plotted.stacking(new common.StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  for (const query of panel.queries) plotted.withTarget(target(query).range());
  return plotted;
}

function target({ expr, legend }: Query): DataqueryBuilder {
  return new DataqueryBuilder().datasource(prometheus).expr(expr).legendFormat(legend);
}
