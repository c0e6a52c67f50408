/** Values as one line of JSON: 64-bit integers as text, maps as objects. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'bigint') return member.toString();
    if (member instanceof Map) return Object.fromEntries(member as Map<string, unknown>);
    return member;
  })}\n`;
}
