import { workerData } from 'node:worker_threads';
import { serveTasks } from './pool.ts';
import { type ChaosSetting, taskRunner } from './task.ts';

serveTasks(taskRunner(workerData as ChaosSetting));
