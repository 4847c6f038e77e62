/** The Content-Disposition that makes browsers save a file. Other characters would need quoting (RFC 6266). */
export function attachment(words: readonly string[], extension: string): string {
  return `attachment; filename="${words.join('-').replaceAll(/[^\w.-]/g, '_')}.${extension}"`;
}
