/** A path too long for its place loses its middle: what tells it from its neighbours stands at its end. */
export function Path({ text }: { readonly text: string }) {
  const last = Math.max(0, text.lastIndexOf('/', text.length - 2));
  return (
    <span class="path">
      <span>{text.slice(0, last)}</span>
      <span>{text.slice(last)}</span>
    </span>
  );
}
