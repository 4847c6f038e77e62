import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Loading } from './states.tsx';

type Loaded<Props> = { readonly Screen: ComponentType<Props> } | 'failed' | undefined;

/**
 * A screen whose script is loaded when it is first shown: few readers open it, and the others need not load it.
 * @param load imports the module
 */
export function lazyScreen<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  return function LazyScreen(props: Props) {
    const [loaded, setLoaded] = useState<Loaded<Props>>(undefined);
    useEffect(() => {
      load().then(
        (Screen) => setLoaded({ Screen }),
        () => setLoaded('failed'),
      );
    }, []);
    if (loaded === undefined) return <Loading height={480} />;
    if (loaded === 'failed') return <NotLoaded />;
    const { Screen } = loaded;
    return <Screen {...props} />;
  };
}

function NotLoaded() {
  return (
    <div class="card notice is-error" role="alert">
      <p>
        <b>This screen could not be loaded.</b> The connection may have failed, or the dashboard has been
        updated since you opened it.
      </p>
      <button type="button" onClick={() => location.reload()}>
        Reload the page
      </button>
    </div>
  );
}
