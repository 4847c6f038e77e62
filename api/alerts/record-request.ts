import { LogUnavailableError } from '../../platform/landed-log.ts';
import type { AlertRecord } from '../../schemas/alert-record.ts';
import { TooManyRequestsError } from '../../store/alerts/requests.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { mayBeAppended, tooManyRequests, unavailable } from '../problems/recording.ts';
import { answer } from '../problems/schema.ts';

/** The problems of requests about alerts, in addition to those of all requests. */
export const REQUEST_PROBLEMS = {
  503: answer('Kafka or ClickHouse is unavailable: repeat the request, which does no harm'),
};

/** Records a request about alerts. Throws a Problem where it cannot be recorded. */
export async function recordRequest(
  { alertRequests }: Pick<ApiDependencies, 'alertRequests'>,
  record: Pick<AlertRecord, 'record_id' | 'org_id' | 'kind' | 'subject'> & Partial<AlertRecord>,
): Promise<void> {
  try {
    await alertRequests.append({ product: '', rule_id: '', number: 0, value: '{}', ...record });
  } catch (error) {
    if (error instanceof TooManyRequestsError) throw tooManyRequests(error);
    if (!(error instanceof LogUnavailableError) && !mayBeAppended(error)) throw error;
    const detail =
      'Kafka or a consumer does not answer. Repeat the request in a few seconds, it does no harm.';
    throw unavailable(detail, error);
  }
}
