import { applicationMetrics } from '../../agent/analyze/detect/settings.ts';
import { cellToNumber, readCsvRows } from './input.ts';
import { multivariateTask } from './multivariate.ts';

/** 19 metrics of application servers every five minutes; comma-separated rows without a header. */
export const task = multivariateTask({
  name: 'asd',
  extension: 'csv',
  settings: applicationMetrics,
  readColumns: (file) => {
    const rows = readCsvRows(file);
    const width = rows[0]?.length ?? 0;
    return Array.from({ length: width }, (_, j) => Float64Array.from(rows, (row) => cellToNumber(row[j])));
  },
});
