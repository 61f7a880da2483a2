/** Other words for the statuses of files, where no custom status has that name. */
export const statusAliases: Readonly<Record<string, string>> = { NEW: 'ready', PROCESSING: 'loading', SUCCESS: 'loaded', ERROR: 'error' };
