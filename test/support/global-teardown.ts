/** Stops what the global setup started; nothing of it stays behind. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.stopTestServer?.();
}
