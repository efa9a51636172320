/** One drive judged by a model that never saw it; scores hold from their hour on and never fall. */
export interface JudgedDrive {
  readonly hours: readonly number[];
  readonly scores: readonly number[];
  readonly firstHour: number;
  readonly endHour: number;
  readonly failed: boolean;
}

const dayHours = 24;
/** An alarm more than 30 days before the end of a healthy drive's record is a false one; later ones are undecided. */
const undecidedHours = 720;

/** The least score that alarms at most `share` of the healthy drives watched for more than 31 days. */
export function alarmScoreAt(drives: readonly JudgedDrive[], share: number): number {
  const healthy = drives.filter(
    (drive) => !drive.failed && drive.endHour - drive.firstHour >= undecidedHours + dayHours,
  );
  const highest = healthy.map((drive) => highestBefore(drive, drive.endHour - undecidedHours)).sort((a, b) => b - a);
  const allowed = Math.floor(share * highest.length);
  // Six digits are written into predictions, so the threshold sits just above the first score that must stay silent.
  return Number(((highest[allowed] ?? 0) + 1e-6).toFixed(6));
}

/** Share of failed drives whose score reaches the threshold a day or more ahead. */
export function shareDetected(drives: readonly JudgedDrive[], alarmScore: number): number {
  const failed = drives.filter((drive) => drive.failed && drive.endHour - drive.firstHour >= dayHours);
  const found = failed.filter((drive) => highestBefore(drive, drive.endHour - dayHours) >= alarmScore);
  return found.length / failed.length;
}

function highestBefore(drive: JudgedDrive, hour: number): number {
  return Math.max(0, ...drive.scores.filter((_, i) => drive.hours[i]! <= hour));
}
