import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../model/approval.ts';
import { frameLines, panelsOf } from '../../tui/view-model/frame.ts';
import { keymap } from '../../tui/view-model/keymap.ts';
import { reduceAnswer, reduceKey, reduceRefresh } from '../../tui/view-model/reduce.ts';
import { lineWidth } from '../../tui/view-model/text.ts';
import { initialUi, placeOf } from '../../tui/view-model/ui-state.ts';
import { lineText, press, recordedPicture, screenText, viewOf, withRecords } from './pictures.ts';

const picture = recordedPicture();
const view = viewOf();
const question = [...picture.knowledge.decisions.values()].find(({ approval }) => approval?.state === 'requested')!;
const number = question.plan.incidentId.slice('INC-'.length);
const toApprove = ['a', 'tab', 'enter'];

function answeredBy(person: string, state: Approval['state']): Approval {
  const asked = question.approval!;
  const answer = {
    person: { id: person, via: 'slack' as const },
    answer: 'approve' as const,
    atMs: picture.nowMs,
    reason: null,
  };
  return { ...asked, state, atMs: picture.nowMs, answers: [answer] };
}

describe('a question', () => {
  test('opens on the button that changes nothing, and Enter there sends nothing', () => {
    const opened = press(['a'], picture, view);
    expect(opened.dialog).toMatchObject({ focus: 0, buttons: ['Not now', 'Approve', 'Reject'] });
    expect(reduceKey(opened, 'enter', picture, view)).toMatchObject({ ui: { dialog: null }, effect: null });
  });

  test('is approved only by typing the number of the incident', () => {
    const wrong = press([...toApprove, '9', '9', '9', '9'], picture, view);
    const refused = reduceKey(wrong, 'enter', picture, view);
    expect(refused.effect).toBeNull();
    expect(refused.ui.dialog?.error).toContain('nothing was sent');
    const right = press([...toApprove, ...number], picture, view);
    expect(reduceKey(right, 'enter', picture, view).effect).toEqual({
      type: 'submit',
      command: {
        type: 'answer',
        decisionId: question.id,
        planHash: question.plan.planHash,
        answer: 'approve',
        reason: null,
      },
    });
  });

  test('is sent once: further keys wait for the answer', () => {
    const sending = press([...toApprove, ...number, 'enter'], picture, view);
    expect(sending.dialog?.isSending).toBe(true);
    expect(reduceKey(sending, 'enter', picture, view).effect).toBeNull();
  });

  test('is rejected only with a reason', () => {
    const rejecting = ['x', 'tab', 'tab', 'enter'];
    expect(reduceKey(press(rejecting, picture, view), 'enter', picture, view).effect).toBeNull();
    const told = press([...rejecting, ...'wait'], picture, view);
    expect(reduceKey(told, 'enter', picture, view).effect).toMatchObject({
      command: { answer: 'deny', reason: 'wait' },
    });
  });

  test('takes q and the keys of screens as text or not at all', () => {
    const opened = press(['a'], picture, view);
    for (const key of ['q', '1', 'P', 'f', '?']) {
      const { ui, effect } = reduceKey(opened, key, picture, view);
      expect(effect).toBeNull();
      expect(ui.dialog).toEqual(opened.dialog);
    }
    expect(press([...toApprove, 'q'], picture, view).dialog?.typing?.text).toBe('q');
  });

  test('closes with the next picture when somebody else answered, and says who', () => {
    const later = withRecords(picture, [answeredBy('slack:U012AB', 'approved')]);
    const ui = reduceRefresh(press(toApprove, picture, view), later);
    expect(ui.dialog).toBeNull();
    expect(screenText(later, ui, view)).toContain(`${question.id} was approved by slack:U012AB in slack`);
  });

  test('closes when the plan behind it is another one', () => {
    const later = withRecords(picture, [{ ...question.approval!, planHash: 'f'.repeat(64) }]);
    expect(reduceRefresh(press(toApprove, picture, view), later).dialog).toBeNull();
  });

  test('goes back to "Not now" and tells why when the daemon refuses', () => {
    const sending = press([...toApprove, ...number, 'enter'], picture, view);
    const refused = reduceAnswer(sending, { ok: false, code: 'X', message: 'not your turn', hint: null });
    expect(refused.dialog).toMatchObject({ focus: 0, typing: null, isSending: false, error: 'not your turn' });
  });
});

test('no single key outside of a dialog sends anything', () => {
  for (const { keys } of keymap) {
    for (const key of keys) expect(reduceKey(initialUi(), key, picture, view).effect?.type).not.toBe('submit');
  }
});

test('a read-only screen opens no dialog and shows no keys that act', () => {
  const readOnly = viewOf({ isReadOnly: true });
  for (const key of ['a', 'x', 'P', 'o']) expect(press([key], picture, readOnly).dialog).toBeNull();
  expect(screenText(picture, press(['?'], picture, readOnly), readOnly)).not.toContain('ACT');
});

describe('a selection', () => {
  test('stays with its row when the order changes', () => {
    const chosen = press(['tab', 'j'], picture, view);
    const before = panelsOf(picture, chosen, view).find((panel) => panel.isFocused)!;
    const sorted = press(['s'], picture, view, chosen);
    const after = panelsOf(picture, sorted, view).find((panel) => panel.isFocused)!;
    expect(after.rows.map((row) => row.id)).not.toEqual(before.rows.map((row) => row.id));
    expect(after.selected).toBe(before.selected);
  });
});

describe('a filter', () => {
  const idsAfter = (text: string) => {
    const ui = press(['tab', '/', ...[...text].map((key) => (key === ' ' ? 'space' : key)), 'enter'], picture, view);
    return panelsOf(picture, ui, view)
      .find(({ panel }) => panel.key === 'incidents')!
      .rows.map((row) => row.id);
  };
  const all = idsAfter('');

  test('keeps rows with the text, and drops them when it is inverted', () => {
    const kept = idsAfter('worker-2');
    expect(kept).toHaveLength(1);
    expect(idsAfter('!worker-2').toSorted()).toEqual(all.filter((id) => !kept.includes(id)).toSorted());
  });

  test('asks one column by its name, also by size', () => {
    expect(idsAfter('state:resolved')).toHaveLength(2);
    expect(idsAfter('sev:<4')).toHaveLength(2);
    expect(idsAfter('sev:>3 worker-5')).toHaveLength(1);
  });
});

test('history goes back and forward over places', () => {
  const there = press(['3', '5', '['], picture, view);
  expect(placeOf(there).screen).toBe('forecast');
  expect(placeOf(press([']'], picture, view, there)).screen).toBe('audit');
});

test('no screen is ever higher than the terminal less one row, or wider', () => {
  const keys = [...keymap.flatMap((entry) => entry.keys), 'z', '0', '7'];
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 200 }),
      fc.integer({ min: 3, max: 70 }),
      fc.array(fc.constantFrom(...keys), { maxLength: 12 }),
      fc.boolean(),
      fc.boolean(),
      (columns, rows, pressed, isAscii, isPlain) => {
        const small = viewOf({ columns, rows, isAscii, isPlain });
        const lines = frameLines(picture, press(pressed, picture, small), small);
        expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
        for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(columns);
      },
    ),
    { numRuns: 60 },
  );
});

test('the ASCII screens hold nothing but ASCII', () => {
  const ascii = viewOf({ isAscii: true });
  for (const key of ['1', '2', '3', '4', '5', '6', 'a']) {
    expect(screenText(picture, press([key], picture, ascii), ascii)).toMatch(/^[\x20-\x7e\n]*$/);
  }
});

test('names in wide characters and with escapes keep columns straight and the terminal safe', () => {
  const incident = { ...[...picture.knowledge.incidents.values()][0]!, id: 'INC-0099' as const, resolvedAtMs: null };
  const hostile = { ...incident, entity: { kind: 'instance' as const, id: '作業員\u001b[31m\u202e1' }, title: '漢字' };
  const later = withRecords(picture, [hostile]);
  const plain = screenText(later, initialUi(), view);
  for (const unsafe of ['\u001b', '\u202e']) expect(plain).not.toContain(unsafe);
  const rows = frameLines(later, initialUi(), view).filter((line) => /00(99|02)/.test(lineText(line).slice(0, 12)));
  expect(rows).toHaveLength(2);
  const starts = rows.map((line) => {
    const at = line.findIndex((part) => /^(open|planned|acting|verifying|resolved)\s/.test(part.text));
    return lineWidth(line.slice(0, at));
  });
  expect(starts[0]).toBe(starts[1]);
});
