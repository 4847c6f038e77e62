import { defineConfig } from 'vite';

// What is served is always the production build, also where a test run builds it.
process.env.NODE_ENV = 'production';

/** Files with a hash in their name under /assets, which browsers may keep for good; nothing inlined (CSP). */
export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // The time zone rules alone are 730 kB, 36 kB as they are sent.
    chunkSizeWarningLimit: 1_000,
    modulePreload: { polyfill: false },
  },
});
