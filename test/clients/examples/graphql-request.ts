import { gql, GraphQLClient } from 'graphql-request';

export const connectRequest = (url: string, key: string) => new GraphQLClient(url, { headers: { authorization: `Bearer ${key}` } });

/** Starts a run and reports its end. A `BigInt` is a string, which `BigInt(…)` reads and `String(…)` writes. */
export async function load(client: GraphQLClient, process: string, rows: bigint): Promise<bigint> {
  const { startRun } = await client.request<{ startRun: { outcome: string; run: { id: string } | null; fencingToken: string | null } }>(
    gql`
      mutation Start($name: String!) {
        startRun(input: { process: { name: $name, type: "load", tool: "typescript" }, leaseSeconds: 60 }) {
          outcome
          fencingToken
          run {
            id
          }
        }
      }
    `,
    { name: process },
  );
  if (startRun.outcome !== 'STARTED') throw new Error(`${process} cannot start now: ${startRun.outcome}`);

  const { reportRun } = await client.request<{ reportRun: { run: { recordCount: string } } }>(
    gql`
      mutation Report($input: ReportRunInput!) {
        reportRun(input: $input) {
          run {
            recordCount
          }
        }
      }
    `,
    { input: { run: { id: startRun.run!.id }, fencingToken: startRun.fencingToken, status: 'completed', recordCount: String(rows) } },
  );
  return BigInt(reportRun.run.recordCount);
}
