/** What to hold, rounded down as the text messages do: who holds the figure that he read holds the limit. */
export const holdText = (required: number, decimals: number): string => {
  const factor = 10 ** decimals;
  // 48.1 as a double is a little less: a millionth is not what makes the difference.
  return (Math.floor(required * factor + 1e-6) / factor).toFixed(decimals);
};
