import { Environment, graphql, Network, RecordSource, Store, type FetchFunction, type GraphQLResponse } from 'relay-runtime';

export function connectRelay(url: string, key: string): Environment {
  const ask: FetchFunction = async ({ text }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json() as Promise<GraphQLResponse>;
  };
  return new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });
}

/** `relay-compiler` reads the texts and writes `__generated__`; its plug-in for Babel or SWC puts what it wrote in their place. */
export const relayDocuments = () => [
  graphql`
    query relayProcessesQuery($count: Int!, $cursor: String) {
      processes(first: $count, after: $cursor) @connection(key: "relay_processes") {
        edges {
          node {
            id
            name
            description
          }
        }
      }
    }
  `,
  graphql`
    query relayNodeQuery($id: ID!) {
      node(id: $id) {
        id
        ... on Process {
          description
        }
      }
    }
  `,
  graphql`
    mutation relayDescribeMutation($name: String!, $description: String!) {
      updateProcess(input: { process: { name: $name }, description: $description }) {
        process {
          id
          description
        }
      }
    }
  `,
];
