export interface Question {
  asks: string;
  query: string;
}

/** What the example asks once everything is registered. Each query can be sent as it stands to any server that holds the example. */
export const questions: Question[] = [
  {
    asks: 'Where does the report delays_by_state come from?',
    query: `{
  sourceObject(source: "reports", name: "delays_by_state") {
    lineage(direction: UPSTREAM) {
      complete
      nodes {
        distance
        subject {
          ... on Process { process: name }
          ... on SourceObject { object: name source { name } }
        }
      }
    }
  }
}`,
  },
  {
    asks: 'Whom do I call about it?',
    query: `{
  sourceObject(source: "reports", name: "delays_by_state") {
    writtenBy {
      nodes {
        name
        contacts { nodes { contact { name email } roles origin source { name } } }
      }
    }
  }
}`,
  },
];
