import type { Clock, Note, Notifier } from '../../agent/ports.ts';

/** How long a receiver may take, ms. A page that hangs must not hold up the loop's answer for longer than a call may. */
const timeoutMs = 5_000;
/** An alert that is not sent again ends by itself in Alertmanager after this, ms. */
const alertLastsMs = 15 * 60_000;

/** Sends each note as one JSON object to a URL. */
export function webhookNotifier(url: string): Notifier {
  return { name: 'webhook', notify: (note, done) => post(url, note, done) };
}

/** Sends each note as an alert (Alertmanager API v2, `POST /api/v2/alerts`). Routing and grouping are its business. */
export function alertmanagerNotifier(baseUrl: string, clock: Clock): Notifier {
  const url = `${baseUrl.replace(/\/$/, '')}/api/v2/alerts`;
  return { name: 'alertmanager', notify: (note, done) => post(url, [alertOf(note, clock.nowMs())], done) };
}

function alertOf(note: Note, nowMs: number) {
  const labels = {
    alertname: 'Homeostat',
    severity: note.severity <= 2 ? 'critical' : 'warning',
    incident: note.incidentId ?? 'none',
  };
  return {
    labels,
    annotations: { summary: note.title, description: note.text, decision: note.decisionId ?? 'none' },
    startsAt: new Date(nowMs).toISOString(),
    endsAt: new Date(nowMs + alertLastsMs).toISOString(),
  };
}

/** Sends JSON once; a receiver that hangs is given up. */
export function post(url: string, body: unknown, done: (delivered: boolean, detail: string) => void): void {
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  }).then(
    (response) => done(response.ok, `${new URL(url).host} answered ${response.status}`),
    (error: Error) => done(false, `${new URL(url).host}: ${error.message}`),
  );
}
