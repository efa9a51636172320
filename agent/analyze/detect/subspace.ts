/**
 * Principal subspace of standardised metrics: what the metrics usually do together. The part of a row outside the
 * subspace is strange (Jackson and Mudholkar 1979, "Control procedures for residuals associated with principal
 * component analysis"; Lakhina et al. 2004 for traffic).
 */
export interface Subspace {
  /** One unit vector of length `width` after another. */
  readonly axes: Float64Array;
  readonly axisCount: number;
  readonly width: number;
}

/**
 * @param columns one array per metric, standardised and finite, all of one length
 * @param share   share of the variance that the subspace has to explain, 0 to 1
 */
export function fitSubspace(columns: readonly Float64Array[], share: number): Subspace {
  const width = columns.length;
  const { values, vectors } = eigenOfSymmetric(covariance(columns), width);
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let explained = 0;
  let axisCount = 0;
  while (axisCount < width && explained < share * total) explained += Math.max(0, values[order[axisCount++]!]!);
  const axes = new Float64Array(axisCount * width);
  for (let k = 0; k < axisCount; k++) {
    for (let j = 0; j < width; j++) axes[k * width + j] = vectors[j * width + order[k]!]!;
  }
  return { axes, axisCount, width };
}

/** Writes the part of `row` that the subspace cannot explain into `residual`. */
export function residualOf(subspace: Subspace, row: Float64Array, residual: Float64Array): void {
  const { axes, axisCount, width } = subspace;
  residual.set(row);
  for (let k = 0; k < axisCount; k++) {
    const base = k * width;
    let along = 0;
    for (let j = 0; j < width; j++) along += row[j]! * axes[base + j]!;
    for (let j = 0; j < width; j++) residual[j]! -= along * axes[base + j]!;
  }
}

function covariance(columns: readonly Float64Array[]): Float64Array {
  const width = columns.length;
  const matrix = new Float64Array(width * width);
  for (let a = 0; a < width; a++) {
    for (let b = a; b < width; b++) {
      const left = columns[a]!;
      const right = columns[b]!;
      let sum = 0;
      for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!;
      matrix[a * width + b] = matrix[b * width + a] = sum / Math.max(1, left.length);
    }
  }
  return matrix;
}

/** Cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5): exact enough and short for widths to ~200. */
function eigenOfSymmetric(matrix: Float64Array, width: number): { values: Float64Array; vectors: Float64Array } {
  const vectors = new Float64Array(width * width);
  for (let i = 0; i < width; i++) vectors[i * width + i] = 1;
  const sweepsMax = 30;
  for (let sweep = 0; sweep < sweepsMax && offDiagonal(matrix, width) > 1e-12; sweep++) {
    for (let p = 0; p < width; p++) {
      for (let q = p + 1; q < width; q++) rotate(matrix, vectors, width, p, q);
    }
  }
  return { values: Float64Array.from({ length: width }, (_, i) => matrix[i * width + i]!), vectors };
}

/** Share of the matrix's mass that is off the diagonal. */
function offDiagonal(matrix: Float64Array, width: number): number {
  let off = 0;
  let all = 1e-300;
  for (let i = 0; i < matrix.length; i++) {
    const square = matrix[i]! * matrix[i]!;
    all += square;
    if (Math.floor(i / width) !== i % width) off += square;
  }
  return off / all;
}

function rotate(matrix: Float64Array, vectors: Float64Array, width: number, p: number, q: number): void {
  const apq = matrix[p * width + q]!;
  if (Math.abs(apq) < 1e-15) return;
  const theta = (matrix[q * width + q]! - matrix[p * width + p]!) / (2 * apq);
  const tan = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cos = 1 / Math.sqrt(tan * tan + 1);
  const sin = tan * cos;
  for (let k = 0; k < width; k++) turn(matrix, k * width + p, k * width + q, cos, sin);
  for (let k = 0; k < width; k++) turn(matrix, p * width + k, q * width + k, cos, sin);
  for (let k = 0; k < width; k++) turn(vectors, k * width + p, k * width + q, cos, sin);
}

function turn(cells: Float64Array, first: number, second: number, cos: number, sin: number): void {
  const a = cells[first]!;
  const b = cells[second]!;
  cells[first] = cos * a - sin * b;
  cells[second] = sin * a + cos * b;
}
