import { registerEnumType } from 'type-graphql';

/** Computed from the stored status. */
export enum FileState {
  NEW = 'NEW',
  PROCESSING = 'PROCESSING',
  SUCCESS = 'SUCCESS',
  ERROR = 'ERROR',
}
registerEnumType(FileState, {
  name: 'FileState',
  description: 'Computed state of a file.',
  valuesConfig: {
    NEW: { description: 'Its status is initializing or ready.' },
    PROCESSING: { description: 'Its status is loading.' },
    SUCCESS: { description: 'Its status is loaded or archived.' },
    ERROR: { description: 'Its status is error.' },
  },
});

/** The state that a stored status means; a file without one is new. */
export const statesOfStatus: Readonly<Record<string, FileState>> = {
  initializing: FileState.NEW,
  ready: FileState.NEW,
  loading: FileState.PROCESSING,
  loaded: FileState.SUCCESS,
  archived: FileState.SUCCESS,
  error: FileState.ERROR,
};
