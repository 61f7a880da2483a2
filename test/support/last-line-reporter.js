/** Prints the one line that continuous integration reads, alone and last: after Jest's own summary, which comes after all reporters. */
export default class LastLineReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites }) {
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    process.once('exit', () => console.log(`Tests: ${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`));
  }
}
