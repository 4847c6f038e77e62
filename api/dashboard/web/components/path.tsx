/** A path that is too long loses its middle: its end distinguishes it from the others. */
export function Path({ text }: { readonly text: string }) {
  const last = Math.max(0, text.lastIndexOf('/', text.length - 2));
  return (
    <span class="path">
      <span>{text.slice(0, last)}</span>
      <span>{text.slice(last)}</span>
    </span>
  );
}
