/** Extensions of compressed files, and what the store may call such a compression. */
const compressions: Readonly<Record<string, readonly string[]>> = {
  gz: ['gzip', 'gz'],
  tgz: ['gzip', 'gz', 'tgz'],
  zip: ['zip'],
  bz2: ['bzip2', 'bz2', 'bzip'],
  xz: ['xz', 'lzma'],
  zst: ['zstd', 'zst', 'zstandard'],
  lz4: ['lz4'],
  lzo: ['lzo'],
  br: ['brotli', 'br'],
  snappy: ['snappy'],
  '7z': ['7zip', '7z', '7-zip'],
  z: ['compress', 'z'],
};

/** What the name of a file lets guess of it, in small letters; the store knows whether there are such things. */
export interface FileGuess {
  /** Names of its compression. */
  compressions: readonly string[];
  /** Codes of its format: its extension, without that of a compression, and with it. */
  fileTypes: readonly string[];
}

/** Guesses by the extensions of a name: `a/Orders.CSV.gz` is csv, compressed by gzip. */
export function guessFile(fileName: string): FileGuess {
  // What begins with a dot has no name before it, so that this is no extension.
  const [, ...extensions] = fileName
    .slice(fileName.lastIndexOf('/') + 1)
    .replace(/^\.+/, '')
    .toLowerCase()
    .split('.');
  const last = extensions.at(-1);
  if (last === undefined) return { compressions: [], fileTypes: [] };
  const packed = compressions[last];
  const inner = packed && extensions.at(-2);
  return { compressions: packed ?? [], fileTypes: [...(inner ? [inner] : []), last] };
}
