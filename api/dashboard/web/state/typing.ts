const TYPING_MS = 150;

/** Waits for a pause in typing or sliding, so that not every key press becomes a request. */
export const afterTyping = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, TYPING_MS));
