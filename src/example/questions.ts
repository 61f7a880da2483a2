import { formatJson, formatTable } from './format.js';

/** A question of the example. Its query can be sent as it stands to any server that holds the example. */
export interface Question {
  asks: string;
  query: string;
  /** How the answer is printed, if not as it is. */
  show?: (answer: any) => string;
}

/** What processes read and write, who answers for them, what depends on what. */
export const catalogueQuestions: Question[] = [
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

/** What happened in a run group. */
export const runQuestions = (group: string): Question[] => [
  {
    asks: 'How far have the runs come?',
    query: `{
  runGroup(key: ${JSON.stringify(group)}) {
    progress { state expected total completed failed skipped percentFinished }
  }
}`,
  },
  {
    asks: 'What ran, for how long, and how did it go?',
    query: `{
  runGroup(key: ${JSON.stringify(group)}) {
    runs(orderBy: { field: STARTED_AT }) {
      nodes { process { name } number state recordCount insertCount durationSeconds }
    }
  }
}`,
    show: showRuns,
  },
  {
    asks: 'Which data did the last run of Load flights take?',
    query: `{
  process(name: "Load flights") {
    latestRun {
      number
      lowWatermark
      highWatermark
      parameters { name value }
      inputs { nodes { name } }
      outputs { nodes { name } }
      actor { name }
    }
  }
}`,
  },
  {
    asks: 'May what depends on the bird strikes start now, outside of the group?',
    query: `{
  canStart(process: { name: "Summarise bird strikes" }) {
    outcome
    blockers { kind process { name } state }
  }
}`,
  },
  {
    asks: 'Why is there no bird strike report in this group, and whom do I call?',
    query: `{
  whyBlocked(process: { name: "Publish bird strike report" }, group: { key: ${JSON.stringify(group)} }) {
    blocked
    causes {
      distance
      blocks
      state
      errors { type { name } description }
      process { name contacts { nodes { contact { name email } roles origin } } }
    }
  }
}`,
  },
];

/** How files fared: one that was written, claimed and loaded, and one that could not be loaded. */
export const fileQuestions: Question[] = [
  {
    asks: 'What was the journey of the file flights.json?',
    query: `{
  file(location: "example/warehouse", fileName: "flights.json") {
    status { name }
    writeRecordCount
    errors { totalCount }
    versions { nodes { isCurrent hashAlgorithm hash sizeBytes rowsRead rowsWritten targetObject { name } } }
    runs { nodes { run { process { name } number } status { name } } }
    history(where: { field: { in: ["status"] } }) { nodes { at to actor } }
  }
}`,
    show: showJourney,
  },
  {
    asks: 'Why was birdstrikes.csv not loaded, and will it be tried again?',
    query: `{
  file(location: "example/vega-datasets", fileName: "birdstrikes.csv") {
    status { name }
    nextAttemptAt
    errors { nodes { attempt type { name } message retryable run { process { name } number } } }
  }
}`,
  },
];

interface Runs {
  runGroup: { runs: { nodes: Run[] } };
}
interface Run {
  process: { name: string };
  number: number;
  state: string;
  recordCount: string;
  insertCount: string;
  durationSeconds: number | null;
}

function showRuns({ runGroup }: Runs): string {
  return formatTable(
    runGroup.runs.nodes.map(({ process, number, state, recordCount, insertCount, durationSeconds }) => ({
      process: process.name,
      run: number,
      state,
      read: recordCount,
      inserted: insertCount,
      seconds: durationSeconds && durationSeconds.toFixed(2),
    })),
  );
}

interface Journey {
  file: { history: { nodes: { at: string; to: string; actor: string }[] } };
}

/** The history comes newest first; a journey is told from its beginning. */
function showJourney({ file: { history, ...file } }: Journey): string {
  const steps = history.nodes.map(({ at, to, actor }) => ({ at, status: to, by: actor }));
  return `${formatTable(steps.reverse())}\n\n${formatJson({ file })}`;
}
