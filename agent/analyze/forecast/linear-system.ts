/**
 * Solves `matrix * x = right` for a symmetric positive definite matrix and several right-hand sides by Cholesky's
 * method (Golub and Van Loan, Matrix Computations, 4.2). Works in place: `matrix` is overwritten by its factor.
 * @param matrix row-major, `size` by `size`; only the lower triangle is read
 * @param right  row-major, `size` by `columns`
 * @returns the solution, row-major, `size` by `columns`, or null where the matrix is not positive definite
 */
export function solvePositiveDefinite(
  matrix: Float64Array,
  size: number,
  right: Float64Array,
  columns: number,
): Float64Array | null {
  if (!factorise(matrix, size)) return null;
  const x = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) subtractRow(x, columns, i, k, matrix[i * size + k]!);
    divideRow(x, columns, i, matrix[i * size + i]!);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) subtractRow(x, columns, i, k, matrix[k * size + i]!);
    divideRow(x, columns, i, matrix[i * size + i]!);
  }
  return x;
}

function factorise(matrix: Float64Array, size: number): boolean {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!;
      if (i !== j) {
        matrix[i * size + j] = sum / matrix[j * size + j]!;
        continue;
      }
      // Also false for NaN.
      if (!(sum > 0)) return false;
      matrix[i * size + i] = Math.sqrt(sum);
    }
  }
  return true;
}

function subtractRow(x: Float64Array, columns: number, to: number, from: number, factor: number): void {
  if (factor === 0) return;
  for (let c = 0; c < columns; c++) x[to * columns + c]! -= factor * x[from * columns + c]!;
}

function divideRow(x: Float64Array, columns: number, row: number, by: number): void {
  for (let c = 0; c < columns; c++) x[row * columns + c]! /= by;
}
