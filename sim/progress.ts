import { lineOf } from '../agent/views/line.ts';
import type { AgentRecord } from '../model/record.ts';

/**
 * Chooses the lines of a run that are worth reading as they pass: no informational signals, and an incident only when
 * its state or severity moves.
 */
export function progressLines(out: (line: string) => void): (record: AgentRecord) => void {
  const told = new Map<string, string>();
  return (record) => {
    if (record.type === 'signal' && record.severity === 'info') return;
    if (record.type === 'incident') {
      const standing = `${record.state} ${record.severity}`;
      if (told.get(record.id) === standing) return;
      told.set(record.id, standing);
    }
    const line = lineOf(record);
    if (line !== null) out(line);
  };
}
