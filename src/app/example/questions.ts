export interface Question {
  asks: string;
  query: string;
}

/** What the example asks once everything is registered. Each query can be sent as it stands to any server that holds the example. */
export const questions: Question[] = [
  {
    asks: 'What does the process Summarise airport delays read and write, and what does it make of what?',
    query: `{
  process(name: "Summarise airport delays") {
    sourceAttributes { nodes { attribute { name object { name source { name } } } alias } }
    targetAttributes { nodes { attribute { name object { name source { name } } } } }
    attributeMappings { nodes { from { name object { name } } to { name } transformation expression } }
  }
}`,
  },
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
  {
    asks: 'Which rows does it show: by which filters do its process and those before it choose?',
    query: `{
  process(name: "Publish delay report") {
    filterPredicate
    ancestors {
      complete
      nodes { distance process { name filterPredicate } }
    }
  }
}`,
  },
  {
    asks: 'What depends on Load airports?',
    query: `{
  process(name: "Load airports") {
    descendants {
      complete
      nodes { distance kinds process { name } }
    }
  }
}`,
  },
];
