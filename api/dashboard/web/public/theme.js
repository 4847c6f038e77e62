// Runs before the first paint, so that a chosen theme never flashes. The only script that is not a module.
const theme = localStorage.getItem('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
