const EVERY_MS = 2_000;

/** Passes on at most one text every two seconds, and none of a command that ends before. */
export function limited(
  write: (text: string) => void,
  now = () => performance.now(),
): (text: string) => void {
  let lastAtMs = now();
  return (text) => {
    if (now() - lastAtMs < EVERY_MS) return;
    lastAtMs = now();
    write(text);
  };
}
