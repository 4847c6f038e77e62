import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { CatalogueName } from '../../domain/catalogues/catalogues.ts';
import { formatInstant, parseUtcInstant } from '../../domain/instants.ts';

const Dated = Type.Object({ effective_at: Type.String() });
type Dated = Static<typeof Dated>;

/** A catalogue's versions as JSON, in the order in which they take effect. */
export function versionsOf(settings: SettingsState, name: CatalogueName): readonly Dated[] {
  return settings.catalogueJson[name]
    .map((version) => {
      if (!Value.Check(Dated, version)) throw new Error(`A version of ${name} has no effective_at.`);
      // In the format of all answers: the bundled versions have no milliseconds.
      return { ...version, effective_at: formatInstant(parseUtcInstant(version.effective_at) ?? 0) };
    })
    .toSorted((a, b) => Date.parse(a.effective_at) - Date.parse(b.effective_at));
}

/** The version in effect at an instant. The first one also applies before it took effect. */
export function versionAt(versions: readonly Dated[], instant: number): Dated {
  const version = versions.findLast(({ effective_at }) => Date.parse(effective_at) <= instant) ?? versions[0];
  if (version === undefined) throw new Error('The catalogue has no versions.');
  return version;
}
