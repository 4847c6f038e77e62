import { render } from 'preact';
import { App } from './app.tsx';
import './styles/base.css';
import './styles/parts.css';
import './styles/panels.css';
import './styles/tables.css';
import './styles/print.css';

const root = document.querySelector('#app');
if (root === null) throw new Error('The page has no #app.');
render(<App />, root);
