/** Extensions of compressed files, and names that the store may have for such a compression. */
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

/** Guesses by the name of a file, in small letters; the store knows whether there are such compressions and formats. */
export interface FileGuess {
  /** Names of its compression. */
  compressions: readonly string[];
  /** Codes of its format: its extension, without that of a compression, and with it. */
  fileTypes: readonly string[];
}

/** Guesses by the extensions of a name: `a/Orders.CSV.gz` is csv, compressed by gzip. */
export function guessFile(fileName: string): FileGuess {
  // A name that begins with a dot has no part before it, so this is not an extension.
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
