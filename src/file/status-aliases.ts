/** Other words for the states of files, where no status of somebody's own has that name. */
export const statusAliases: Readonly<Record<string, string>> = { NEW: 'ready', PROCESSING: 'loading', SUCCESS: 'loaded', ERROR: 'error' };
