import { render } from 'preact';
import { App } from './app.tsx';
import { keepFocus } from './state/keep-focus.ts';

const root = document.querySelector('#app');
if (root === null) throw new Error('The page has no #app.');
render(<App />, root);
keepFocus();
