import type { ActionAnswer, ActionCall, Actuator, Notifier } from '../../agent/ports.ts';

/**
 * The hand that reaches people: `person.page` through every notifier. It succeeds when at least one of them delivered.
 * With no notifier it can do nothing, so that nobody believes that a page went out.
 */
export function pageActuator(notifiers: readonly Notifier[]): Actuator {
  const answered = new Map<string, ActionAnswer>();
  return {
    name: 'page',
    actions: new Set(notifiers.length === 0 ? [] : ['person.page' as const]),
    apply: (call, done) =>
      page(notifiers, call, (answer) => {
        answered.set(call.actionId, answer);
        done(answer);
      }),
    readBack: (call, _intendedAtMs, done) =>
      queueMicrotask(() =>
        done(answered.get(call.actionId) ?? { status: 'unknown', detail: 'whether it reached anybody is not known' }),
      ),
  };
}

function page(notifiers: readonly Notifier[], call: ActionCall, done: (answer: ActionAnswer) => void): void {
  if (call.spec.name !== 'person.page') {
    queueMicrotask(() => done({ status: 'refused', detail: `page cannot do ${call.spec.name}` }));
    return;
  }
  const { severity, summary } = call.spec.params;
  const decisionId = call.actionId.slice(0, call.actionId.lastIndexOf('.')) as `D-${number}`;
  const note = { severity, title: summary, text: `homeostat why ${decisionId}`, incidentId: null, decisionId };
  const details: string[] = [];
  let delivered = 0;
  for (const notifier of notifiers) {
    notifier.notify(note, (ok, detail) => {
      delivered += ok ? 1 : 0;
      details.push(`${notifier.name}: ${detail}`);
      if (details.length < notifiers.length) return;
      done({ status: delivered > 0 ? 'ok' : 'refused', detail: details.join('; ') });
    });
  }
}
