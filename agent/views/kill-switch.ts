/** The STOP file for faces: the one way to stop every effect that needs no daemon. */
export { fileKillSwitch } from '../knowledge/kill-switch-file.ts';
