export function styleViolations(root: string): string[];
