import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';

export function connectApollo(url: string, key: string) {
  const authorization = `Bearer ${key}`;
  const socket = createClient({ url: url.replace(/^http/, 'ws'), connectionParams: { authorization } });
  const client = new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url, headers: { authorization } }),
    ),
    cache: new InMemoryCache({
      typePolicies: {
        Query: { fields: { processes: relayStylePagination(['where', 'orderBy']) } },
      },
    }),
  });
  return { client, socket };
}

/** Pages are merged by their `edges`: a list that is read page by page asks for these, not for `nodes`. */
export const processPages = gql`
  query ProcessPages($first: Int!, $after: String) {
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
        endCursor
      }
    }
  }
`;

/** The cache holds a process once, by its `id`: every list shows what this mutation answers. */
export const describeProcess = gql`
  mutation DescribeProcess($name: String!, $description: String!) {
    updateProcess(input: { process: { name: $name }, description: $description }) {
      process {
        id
        description
      }
    }
  }
`;

export const processChanges = gql`
  subscription ProcessChanges($after: String) {
    changes(after: $after) {
      cursor
      event {
        id
        subjectName
        field
        to
      }
    }
  }
`;
