/** Panels of which more is asked than the end cash are settled in tiles of as many legs a side. */
export const TILE_LEGS = 8;

/** Some of a panel's legs: `rows` long ones by `columns` short ones. */
export interface PanelTile {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/**
 * Tiles that cover the pairs there are, and no others: legs of two sides exclude one another only
 * where they are a pair.
 */
export function panelTiles(
  rows: number,
  columns: number,
  has: (row: number, column: number) => boolean,
): PanelTile[] {
  const tiles: PanelTile[] = [];
  for (let row = 0; row < rows; row += TILE_LEGS) {
    for (let column = 0; column < columns; column += TILE_LEGS) {
      const size = (from: number, all: number) => Math.min(TILE_LEGS, all - from);
      const tile = { row, rows: size(row, rows), column, columns: size(column, columns) };
      tiles.push(...covered(tile, has));
    }
  }
  return tiles;
}

function covered(tile: PanelTile, has: (row: number, column: number) => boolean): PanelTile[] {
  const { row, rows, column, columns } = tile;
  let count = 0;
  for (let r = row; r < row + rows; r++) {
    for (let c = column; c < column + columns; c++) count += Number(has(r, c));
  }
  if (count === 0) return [];
  if (count === rows * columns) return [tile];
  const half = Math.ceil(Math.max(rows, columns) / 2);
  const parts: readonly PanelTile[] =
    rows > columns
      ? [
          { ...tile, rows: half },
          { ...tile, row: row + half, rows: rows - half },
        ]
      : [
          { ...tile, columns: half },
          { ...tile, column: column + half, columns: columns - half },
        ];
  return parts.flatMap((part) => covered(part, has));
}
