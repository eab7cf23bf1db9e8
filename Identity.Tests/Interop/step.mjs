// One line for each thing that worked; the first that does not ends the script.
export async function step(name, act) {
  try {
    const value = await act()
    console.log(`ok ${name}`)
    return value
  } catch (failure) {
    console.error(`failed: ${name}`)
    console.error(failure)
    process.exit(1)
  }
}
