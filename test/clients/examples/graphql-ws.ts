import { createClient, type Client } from 'graphql-ws';

/** `Authorization` may be written in any case. In Node before 22 give `webSocketImpl`, the class of the package `ws`. */
export const connectSocket = (url: string, key: string): Client =>
  createClient({ url: url.replace(/^http/, 'ws'), connectionParams: { Authorization: `Bearer ${key}` } });

/** A query or mutation has one answer. */
export async function askBySocket<T>(client: Client, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { value } = await client.iterate<T>({ query, variables }).next();
  if (value?.errors) throw new Error(value.errors[0].message);
  return value.data;
}

/** A subscription has many; where it was cut off, `after` continues without a gap. */
export async function* changesAfter(client: Client, after: string) {
  const query = 'subscription ($after: String) { changes(after: $after) { cursor event { subjectName field to } } }';
  for await (const { data, errors } of client.iterate<{
    changes: { cursor: string; event: { subjectName: string; field: string; to: string } };
  }>({ query, variables: { after } })) {
    if (errors) throw new Error(errors[0]!.message);
    yield data!.changes;
  }
}
