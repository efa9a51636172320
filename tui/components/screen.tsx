import { Box, Text } from 'ink';
import type { Theme } from '../theme.ts';
import type { Line } from '../view-model/text.ts';

/** A frame as it is: one text per row, one look per piece. */
export function Screen({ lines, theme }: { readonly lines: readonly Line[]; readonly theme: Theme }) {
  return (
    <Box flexDirection="column">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
        <Text key={index} wrap="truncate">
          {line.every((part) => part.text === '')
            ? ' '
            : line.map((part, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a row is its place
                <Text key={place} {...theme[part.style]}>
                  {part.text}
                </Text>
              ))}
        </Text>
      ))}
    </Box>
  );
}
