import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { createClient } from 'graphql-ws';

export function connectUrql(url: string, key: string) {
  const authorization = `Bearer ${key}`;
  const socket = createClient({ url: url.replace(/^http/, 'ws'), connectionParams: { authorization } });
  const client = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization } },
    exchanges: [
      cacheExchange({
        resolvers: { Query: { processes: relayPagination() } },
        // A type without `id` is part of the record that has it.
        keys: { Change: () => null },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
  return { client, socket };
}

export const processPage = gql`
  query ProcessPage($first: Int!, $after: String) {
    processes(first: $first, after: $after) {
      edges {
        cursor
        node {
          id
          name
          description
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;

export const describe = gql`
  mutation Describe($name: String!, $description: String!) {
    updateProcess(input: { process: { name: $name }, description: $description }) {
      process {
        id
        description
      }
    }
  }
`;

export const changed = gql`
  subscription Changed($after: String) {
    changes(after: $after) {
      cursor
      event {
        id
        subjectName
        field
      }
    }
  }
`;
