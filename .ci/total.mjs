// Adds up the reports of the test runs: the files that took longest, every failure by name with its message, then one
// line with the totals.

import { readFileSync } from 'node:fs';

const MESSAGE_LINES = 40;
const SLOWEST = 15;

const [folder, ...names] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const files = [];

for (const name of names) {
  let report;
  try {
    report = JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
  } catch (error) {
    failures.push({ title: `the report of ${name} is missing`, message: error.message });
    continue;
  }
  total.passed += report.numPassedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  for (const suite of report.testResults) {
    files.push({ name: `${name}: ${suite.name}`, seconds: (suite.endTime - suite.startTime) / 1000 });
    const failed = suite.assertionResults.filter(({ status }) => status === 'failed');
    for (const test of failed) {
      failures.push({
        title: `${name}: ${suite.name}: ${test.fullName}`,
        message: test.failureMessages.join('\n'),
      });
    }
    // A suite that could not be loaded or set up has no test that failed.
    if (suite.status === 'failed' && failed.length === 0) {
      failures.push({ title: `${name}: ${suite.name}`, message: suite.message });
    }
  }
  // What no test is to blame for, an unhandled rejection for instance, fails a run all the same.
  if (!report.success && report.numFailedTests === 0 && report.numFailedTestSuites === 0) {
    failures.push({ title: `${name}: an error outside of any test`, message: 'see the output of that run' });
  }
}
total.failed = failures.length;

console.log('\nThe slowest files, in seconds:');
for (const { name, seconds } of files.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST)) {
  console.log(`${seconds.toFixed(0).padStart(5)}  ${name}`);
}
for (const { title, message } of failures) {
  console.log(`\nFAILED ${title}`);
  console.log(message.split('\n').slice(0, MESSAGE_LINES).join('\n'));
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
