/** Each violation of the arrows by SQL below the folder `root`, and each re-export, as a sentence. */
export function wallViolations(root: string): string[];
