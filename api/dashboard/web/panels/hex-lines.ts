const PER_LINE = 16;

/** Bytes as a hex dump: "0010  63 72 6d  crm", 16 to a line. What is not printable ASCII is a dot. */
export function hexLines(bytes: Uint8Array): readonly string[] {
  return Array.from({ length: Math.ceil(bytes.length / PER_LINE) }, (_, index) => {
    const line = [...bytes.subarray(index * PER_LINE, (index + 1) * PER_LINE)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = line.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    return `${(index * PER_LINE).toString(16).padStart(4, '0')}  ${hex.padEnd(PER_LINE * 3 - 1)}  ${text}`;
  });
}
