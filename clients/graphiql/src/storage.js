// The browser's storage under names of our own: other GraphiQLs share the origin during development.
export function createStorage(prefix) {
  const named = (key) => `${prefix}:${key}`;
  const ownKeys = () =>
    Object.keys(localStorage).filter((key) => key.startsWith(named("")));
  return {
    get length() {
      return ownKeys().length;
    },
    getItem: (key) => localStorage.getItem(named(key)),
    setItem: (key, value) => localStorage.setItem(named(key), value),
    removeItem: (key) => localStorage.removeItem(named(key)),
    clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  };
}
