import { afterEach, expect, test } from 'vitest';
import { createApiSource } from '../../tui/api-source.ts';
import type { UiSource } from '../../tui/source.ts';
import type { Picture } from '../../tui/view-model/picture.ts';
import { fakeAgent, type ServedApi, serveApi } from '../api/fixture.ts';

const ending: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function attach(served: () => ServedApi): UiSource {
  const source = createApiSource({ address: () => served().url, token: () => served().token.secret });
  ending.push(() => source.close());
  return source;
}

/** The first picture that is as wanted; the source tells of every change. */
function until(source: UiSource, isWanted: (picture: Picture) => boolean): Promise<Picture> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isWanted(source.picture())) return;
      stop();
      resolve(source.picture());
    };
    const stop = source.onChange(look);
    look();
  });
}

test('folds the whole journal of a daemon and follows it', async () => {
  const served = await serveApi();
  ending.push(() => served.close());
  const source = attach(() => served);
  const first = await until(source, ({ rows, status }) => rows.length === served.agent.headSeq() && status !== null);
  expect(first.link.state).toBe('attached');
  expect(first.status?.clusterId).toBe('lab');
  expect([...first.knowledge.incidents.keys()]).toEqual([...served.agent.knowledge().incidents.keys()]);
  const incident = [...served.agent.knowledge().incidents.values()][0]!;
  served.agent.append({ ...incident, title: 'moved on' });
  const next = await until(
    source,
    ({ rows }) => rows.length > first.rows.length - 1 && rows.at(-1)?.seq === served.agent.headSeq(),
  );
  expect(next.knowledge.incidents.get(incident.id)?.title).toBe('moved on');
});

test('says that the daemon is lost, finds it again and misses nothing in between', async () => {
  const agent = fakeAgent();
  let served = await serveApi({ agent });
  const source = attach(() => served);
  await until(source, ({ link, rows }) => link.state === 'attached' && rows.length === agent.headSeq());
  await served.close();
  await until(source, ({ link }) => link.state === 'lost' && link.why !== null);
  const incident = [...agent.knowledge().incidents.values()][0]!;
  agent.append({ ...incident, title: 'while nobody looked' });
  served = await serveApi({ agent });
  ending.push(() => served.close());
  const back = await until(
    source,
    ({ link, rows }) => link.state === 'attached' && rows.at(-1)?.seq === agent.headSeq(),
  );
  expect(back.rows.map((row) => row.seq)).toEqual(Array.from({ length: agent.headSeq() }, (_, index) => index + 1));
  expect(back.knowledge.incidents.get(incident.id)?.title).toBe('while nobody looked');
});

test('hands over an answer as the terminal, and tells a refusal in the words of the daemon', async () => {
  const served = await serveApi();
  ending.push(() => served.close());
  const source = attach(() => served);
  const decision = [...served.agent.knowledge().decisions.values()].find(({ approval }) => approval !== null)!;
  const command = {
    type: 'answer' as const,
    decisionId: decision.id,
    planHash: decision.plan.planHash,
    answer: 'approve' as const,
    reason: null,
  };
  expect(await source.submit(command)).toEqual({ ok: true, message: 'done' });
  expect(served.agent.submitted[0]).toMatchObject({ person: { id: 'token:local', via: 'tui' }, command });
  served.agent.answerWith({ ok: false, code: 'APPROVAL_CLOSED', message: 'it was answered', hint: 'look' });
  expect(await source.submit(command)).toEqual({
    ok: false,
    code: 'APPROVAL_CLOSED',
    message: 'it was answered',
    hint: 'look',
  });
});

test('does not claim to know what became of a command that got no answer', async () => {
  const served = await serveApi();
  const source = attach(() => served);
  await served.close();
  expect(await source.submit({ type: 'pause', why: 'move', now: false })).toMatchObject({
    ok: false,
    code: 'DAEMON_NOT_REACHED',
  });
});
