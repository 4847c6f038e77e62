/** `npm run org`: manages organisations and their subscriptions. */
import { SettingsRejectedError } from '../domain/settings/rejected-change.ts';
import type { SettingsRecorder } from '../store/settings/recorder.ts';
import { outcomeLine } from './audit-options.ts';
import { NotFoundError } from './find-subscription.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { withSettings } from './settings-recorder.ts';
import { ORG_USAGE, readOrgArguments } from './org-arguments.ts';
import { orgReport } from './org-report.ts';

await runCommand(async (args) => {
  const command = readOrgArguments(args);
  if (command.action === 'help') return ORG_USAGE;
  if (command.action === 'show') return withSettings(async (settings) => show(settings, command.orgId));
  const { change, asSuperAdmin } = command;
  return withSettings(async (settings) =>
    outcomeLine(change.org_id, await settings.record(change, { asSuperAdmin }).catch(namingOptions)),
  );
});

async function show(settings: SettingsRecorder, orgId: string): Promise<string> {
  const state = await settings.refresh();
  const report = orgReport(state, orgId, await settings.outcomesOf(state, orgId), Date.now());
  if (report === undefined) throw new NotFoundError(`The organisation ${orgId} does not exist.`);
  return report;
}

/** Rethrows a rejection with the names of the options instead of the paths in the change's value. */
function namingOptions(error: unknown): never {
  if (!(error instanceof SettingsRejectedError)) throw error;
  const [first, ...more] = error.problems.map(({ code, path, message }) => ({
    code,
    path: path.replace(/^\//, '--').replaceAll('_', '-'),
    message:
      code === 'limit-not-allowed' ? `${message}: name the super admin with --as-super-admin` : message,
  }));
  throw first ? new SettingsRejectedError(first, ...more) : error;
}
