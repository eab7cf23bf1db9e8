using Identity.Server.Commands;

return await IdentityCommand.RunAsync(args);
