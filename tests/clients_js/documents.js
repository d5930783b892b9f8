// What every client asks, and how it tells the test what it got.

export const input = {
  history: [{ role: 'USER', content: 'Count to thirty.' }],
  assistantId: 'general',
};

export const mutation = `mutation Chat($input: ChatInput!) {
  chat(input: $input) {
    __typename
    ... on ChatReply { reply { content } }
  }
}`;

export const subscription = `subscription Chat($input: ChatInput!) {
  chat(input: $input) {
    __typename
    ... on RunStarted { seq }
    ... on TextDelta { seq text }
    ... on RunCompleted { seq }
  }
}`;

// Prints a line of JSON for each event the moment it is there, then one for the mutation's result.
export async function report(mutate, subscribe) {
  await subscribe((data) => console.log(JSON.stringify(data.chat)));
  console.log(JSON.stringify((await mutate()).chat));
}
